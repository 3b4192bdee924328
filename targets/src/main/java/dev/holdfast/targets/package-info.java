/** The places a stack can be put, one folder each. */
@NullMarked
package dev.holdfast.targets;

import org.jspecify.annotations.NullMarked;
