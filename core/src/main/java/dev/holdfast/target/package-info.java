/** A place a stack can be put. */
@NullMarked
package dev.holdfast.target;

import org.jspecify.annotations.NullMarked;
