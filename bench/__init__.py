"""The figures of docs/performance.md. Each is a ratio of two things measured side by side in one run: absolute times mean nothing on shared machines."""
