/** Reading and writing text: JSON, YAML, tables. */
@NullMarked
package dev.holdfast.text;

import org.jspecify.annotations.NullMarked;
