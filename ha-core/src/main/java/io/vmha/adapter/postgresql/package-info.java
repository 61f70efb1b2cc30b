/**
 * Reads and promotes PostgreSQL databases with streaming replication, over JDBC.
 *
 * <p>Start reading at {@link io.vmha.adapter.postgresql.PostgresReplication}.
 */
@NullMarked
package io.vmha.adapter.postgresql;

import org.jspecify.annotations.NullMarked;
