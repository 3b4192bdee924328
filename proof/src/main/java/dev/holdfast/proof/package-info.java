/** Runs the product as its users do and measures what it promises; never shipped. */
@NullMarked
package dev.holdfast.proof;

import org.jspecify.annotations.NullMarked;
