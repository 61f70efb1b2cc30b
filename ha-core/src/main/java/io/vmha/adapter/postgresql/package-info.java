/**
 * Reads PostgreSQL databases with streaming replication over JDBC, and changes which of them writes.
 *
 * <p>Start reading at {@link io.vmha.adapter.postgresql.PostgresCluster}.
 */
@NullMarked
package io.vmha.adapter.postgresql;

import org.jspecify.annotations.NullMarked;
