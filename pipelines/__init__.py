"""When things happen: jobs, schedules, sensors, and the command line."""
