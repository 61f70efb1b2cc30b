/**
 * The contracts as tests that a build runs without a class of its own: for whoever names {@code io.vmha:ha-testkit} among Surefire's
 * {@code dependenciesToScan}. What they test is each testbed that the project registers as a service ({@link java.util.ServiceLoader});
 * a contract without one is skipped, and a project without any fails. Nothing else in this artifact is a test.
 */
@NullMarked
package io.vmha.testkit.registered;

import org.jspecify.annotations.NullMarked;
