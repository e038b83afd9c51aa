"""The one place where rows are written: schema, migrations, and the functions that read and write them."""
