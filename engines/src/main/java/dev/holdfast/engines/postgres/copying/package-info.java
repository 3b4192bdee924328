/** Servers that begin with the data of another one. */
@NullMarked
package dev.holdfast.engines.postgres.copying;

import org.jspecify.annotations.NullMarked;
