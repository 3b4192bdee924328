/** Backups of PostgreSQL by pgBackRest: archiving, catalogue, retention, restores and their verification. */
@NullMarked
package dev.holdfast.engines.postgres.protection;

import org.jspecify.annotations.NullMarked;
