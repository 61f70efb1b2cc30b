/**
 * Moves access requests in HAProxy, through its runtime API.
 *
 * <p>Start reading at {@link io.vmha.adapter.haproxy.HaproxyTrafficDirector}.
 */
@NullMarked
package io.vmha.adapter.haproxy;

import org.jspecify.annotations.NullMarked;
