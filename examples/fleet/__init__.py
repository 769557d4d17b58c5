"""A fleet of vehicles, its operators and their servers: what `examples.fleet_change_of_operator` puts together."""
