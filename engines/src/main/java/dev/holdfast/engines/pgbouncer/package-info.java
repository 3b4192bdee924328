/** PgBouncer: one folder, one engine. */
@NullMarked
package dev.holdfast.engines.pgbouncer;

import org.jspecify.annotations.NullMarked;
