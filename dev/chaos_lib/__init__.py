"""What the chaos test runs in processes of their own."""
