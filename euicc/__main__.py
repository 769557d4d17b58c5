"""Command line of the card: `euicc`."""


def main() -> None:
    """Run the command line."""


if __name__ == "__main__":
    main()
