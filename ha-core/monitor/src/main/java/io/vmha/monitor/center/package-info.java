/**
 * The other end of the line: hands what monitors say to a management center. For whoever embeds a center: needs {@code ha-core},
 * which a guest does not have. Start reading at {@link io.vmha.monitor.center.ReportListeners}.
 */
@NullMarked
package io.vmha.monitor.center;

import org.jspecify.annotations.NullMarked;
