/** Passwords, keys and certificates: made here, kept encrypted, never printed. */
@NullMarked
package dev.holdfast.secret;

import org.jspecify.annotations.NullMarked;
