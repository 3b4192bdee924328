/** Tables divided by time, what is kept of them, and what is computed of them. */
@NullMarked
package dev.holdfast.engines.postgres.timeseries;

import org.jspecify.annotations.NullMarked;
