/** The client's side of the daemon's interface; it depends on the JDK alone, because every command starts with it. */
@NullMarked
package dev.holdfast.daemon.api;

import org.jspecify.annotations.NullMarked;
