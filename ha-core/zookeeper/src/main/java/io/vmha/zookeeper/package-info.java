/**
 * A store on Apache ZooKeeper, through Curator.
 *
 * <p>Start reading at {@link io.vmha.zookeeper.ZooKeeperStore}.
 */
@NullMarked
package io.vmha.zookeeper;

import org.jspecify.annotations.NullMarked;
