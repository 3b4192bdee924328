/** PostgreSQL: one folder, one engine. */
@NullMarked
package dev.holdfast.engines.postgres;

import org.jspecify.annotations.NullMarked;
