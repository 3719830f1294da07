"""Where the next sites serve most people."""
