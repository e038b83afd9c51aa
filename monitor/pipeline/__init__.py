"""The floor plan: poll → store → read → reconcile → announce."""

from monitor.pipeline.pipeline import Pipeline

__all__ = ["Pipeline"]
