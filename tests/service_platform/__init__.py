"""The service platform of the examples, over its REST API with emulated devices."""
