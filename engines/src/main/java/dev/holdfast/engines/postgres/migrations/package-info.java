/** The versioned files of a PostgreSQL database: read, judged, run by Flyway, and taken over from other tools. */
@NullMarked
package dev.holdfast.engines.postgres.migrations;

import org.jspecify.annotations.NullMarked;
