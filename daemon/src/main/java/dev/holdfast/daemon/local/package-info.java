/** The daemon's places on this machine: the local target, and the programs it needs. */
@NullMarked
package dev.holdfast.daemon.local;

import org.jspecify.annotations.NullMarked;
