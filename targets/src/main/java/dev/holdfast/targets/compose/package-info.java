/** A stack as a Compose file, for machines that run containers. */
@NullMarked
package dev.holdfast.targets.compose;

import org.jspecify.annotations.NullMarked;
