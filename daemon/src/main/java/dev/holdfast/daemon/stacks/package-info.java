/** What the daemon does with stacks: up, down, plan, apply, and the answers about them. */
@NullMarked
package dev.holdfast.daemon.stacks;

import org.jspecify.annotations.NullMarked;
