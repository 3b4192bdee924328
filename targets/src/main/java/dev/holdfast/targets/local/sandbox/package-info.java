/** How a program is entered into an engine image, and what the machine must allow for it. */
@NullMarked
package dev.holdfast.targets.local.sandbox;

import org.jspecify.annotations.NullMarked;
