"""`python -m purport.cli`: the command line without its script."""

from purport.cli import main

if __name__ == "__main__":
    main()
