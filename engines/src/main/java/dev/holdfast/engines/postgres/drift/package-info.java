/** What is not as the file says, and who made it so and when, as far as PostgreSQL knows. */
@NullMarked
package dev.holdfast.engines.postgres.drift;

import org.jspecify.annotations.NullMarked;
