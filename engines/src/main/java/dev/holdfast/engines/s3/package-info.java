/** An object store that speaks S3. */
@NullMarked
package dev.holdfast.engines.s3;

import org.jspecify.annotations.NullMarked;
