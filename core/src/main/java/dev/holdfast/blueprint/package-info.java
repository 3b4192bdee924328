/** What an engine asks for, said without naming where. */
@NullMarked
package dev.holdfast.blueprint;

import org.jspecify.annotations.NullMarked;
