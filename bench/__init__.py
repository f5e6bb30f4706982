"""The figures that performance is judged by: each measured beside what it is compared with, in one run."""
