/** Personal values of a copy, replaced before anybody is let in. */
@NullMarked
package dev.holdfast.engines.postgres.masking;

import org.jspecify.annotations.NullMarked;
