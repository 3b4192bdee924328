/** Listening sockets that are the daemon's and the engine's at once, so that connections wait while the engine sleeps. */
@NullMarked
package dev.holdfast.targets.local.door;

import org.jspecify.annotations.NullMarked;
