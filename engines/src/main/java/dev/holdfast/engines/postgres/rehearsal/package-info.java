/** Pending migrations run on a copy under observation: what they lock, rewrite, drop and cost. */
@NullMarked
package dev.holdfast.engines.postgres.rehearsal;

import org.jspecify.annotations.NullMarked;
