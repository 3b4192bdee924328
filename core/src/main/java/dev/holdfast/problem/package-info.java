/** What can be wrong, and what to do about it. */
@NullMarked
package dev.holdfast.problem;

import org.jspecify.annotations.NullMarked;
