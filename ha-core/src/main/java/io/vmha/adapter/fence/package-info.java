/**
 * Powers hosts off through the fence agents that cluster managers use: the programs {@code fence_*} of the fence-agents
 * project, for management boards, power strips and clouds.
 *
 * <p>An agent is a program that reads its options from standard input and answers by its exit code. Start reading at {@link
 * io.vmha.adapter.fence.FenceAgentDevice}.
 */
@NullMarked
package io.vmha.adapter.fence;

import org.jspecify.annotations.NullMarked;
