"""An owner's own program: the alert as JSON on its standard input, as a webhook gets it. No shell is ever involved."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
from contextlib import suppress

from alerts.channels.base import Channel, Message
from alerts.rendering import payload
from alerts.types import Answer
from config.settings import Subscription

#: What a program gets of our environment: no secret of ours is among it.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "TMPDIR")
#: Characters of what a program says that are read for the log.
SAID = 2_000


class ScriptChannel(Channel):
    """Runs a program for each alert. Exit code 0 is well; anything else is tried again."""

    def target(self, subscription: Subscription) -> str:
        return f"script {shlex.split(subscription.to)[0]}"

    async def attempt(self, message: Message) -> Answer:
        body = json.dumps(
            payload(message.alert, message.subscription, message.reason, message.follows), ensure_ascii=False
        )
        process = await asyncio.create_subprocess_exec(
            *shlex.split(message.subscription.to),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._environment(message),
            # A group of its own, so that what it started ends with it.
            start_new_session=True,
        )
        try:
            said, _ = await process.communicate(body.encode())
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        words = said[:SAID].decode("utf-8", "replace")
        return Answer(ok=process.returncode == 0, detail=f"exit code {process.returncode} {words}")

    def _environment(self, message: Message) -> dict[str, str]:
        own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return own | {
            "PACTWATCH_ALERT_ID": message.id,
            "PACTWATCH_ALERT_ATTEMPT": str(message.attempt),
            "PACTWATCH_ALERT_SUBSCRIPTION": message.subscription.name,
        }
