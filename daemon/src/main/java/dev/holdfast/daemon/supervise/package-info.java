/** Keeps the members of a stack as they should be, and says why it did what it did. */
@NullMarked
package dev.holdfast.daemon.supervise;

import org.jspecify.annotations.NullMarked;
