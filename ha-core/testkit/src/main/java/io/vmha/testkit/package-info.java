/**
 * For users' tests: assertions that read as a sentence, and datacenters in a few lines. Uses {@code ha-core} and AssertJ. Start
 * reading at {@link io.vmha.testkit.HaAssertions}.
 */
@NullMarked
package io.vmha.testkit;

import org.jspecify.annotations.NullMarked;
