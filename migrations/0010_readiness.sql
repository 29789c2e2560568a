-- /readyz compares what is applied with what the program needs. Names of migrations are no secret of any org.
grant select on schema_migrations to blameprompt_system;
