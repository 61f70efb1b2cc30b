/**
 * What an operator may choose about a management center.
 *
 * <p>Start reading at {@link io.vmha.center.config.CenterConfig}.
 */
@NullMarked
package io.vmha.center.config;

import org.jspecify.annotations.NullMarked;
