/** The process that looks after running stacks. */
@NullMarked
package dev.holdfast.daemon;

import org.jspecify.annotations.NullMarked;
