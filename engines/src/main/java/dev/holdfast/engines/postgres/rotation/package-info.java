/** Passwords replaced under load: two good at once through a second login of the same role. */
@NullMarked
package dev.holdfast.engines.postgres.rotation;

import org.jspecify.annotations.NullMarked;
