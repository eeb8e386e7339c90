"""The `tenuto` command. Each subcommand is a module here and is imported only when it is asked for."""
