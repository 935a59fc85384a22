"""The `smp` command: one file a subcommand, thin over the engine."""
