"""The commands of the command line `euicc`, which puts all parts together; nothing imports them."""
