using Analytics.AspNetCore;
using Analytics.AspNetCore.Delivery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

// Where sites look for AddX and UseX, so that no using is needed.
namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Registers tracking.</summary>
    public static class ActivityTrackingServiceCollectionExtensions
    {
        /// <summary>
        /// Registers <see cref="ActivityTracker"/> and the delivery of its events. Options come from the configuration section
        /// <c>ActivityTracking</c>, then from <paramref name="configure"/>.
        /// </summary>
        /// <param name="services">The site's services.</param>
        /// <param name="configure">Changes the options.</param>
        /// <exception cref="OptionsValidationException">On start, not here: an option is missing or out of range; all of them are named.</exception>
        public static IServiceCollection AddActivityTracking(this IServiceCollection services, Action<ActivityTrackerOptions>? configure = null)
        {
            ArgumentNullException.ThrowIfNull(services);
            var options = services.AddOptions<ActivityTrackerOptions>().BindConfiguration(ActivityTrackerOptions.Section).ValidateOnStart();
            if (configure is not null)
            {
                options.Configure(configure);
            }

            services.AddHttpContextAccessor();
            services.AddMetrics();
            services.AddHttpClient(CollectorClient.Name)
                .UseSocketsHttpHandler((handler, provider) => CollectorClient.Configure(
                    handler, provider.GetRequiredService<IOptions<ActivityTrackerOptions>>().Value.MaxConcurrency))
                // One client lives as long as the site; its handler renews its connections itself.
                .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
                .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
                // Four lines a request, else, in the site's log.
                .RemoveAllLoggers();

            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ActivityTrackerOptions>, ActivityTrackerOptionsValidator>());
            services.TryAddSingleton<DeliveryMetrics>();
            services.TryAddSingleton<ActivityQueue>();
            services.TryAddSingleton<CollectorClient>();
            services.TryAddSingleton(provider => new ActivityTracker(
                provider.GetRequiredService<IOptions<ActivityTrackerOptions>>(), provider.GetRequiredService<ActivityQueue>(),
                provider.GetRequiredService<IHttpContextAccessor>(), provider.GetRequiredService<DeliveryMetrics>(),
                provider.GetRequiredService<ILogger<ActivityTracker>>()));
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, EventDelivery>());
            return services;
        }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Adds tracking to the pipeline.</summary>
    public static class ActivityTrackingApplicationBuilderExtensions
    {
        /// <summary>
        /// Logs page visits and form posts of everything that is added after it. Its place is after forwarded headers and the cookie
        /// policy, before authentication and the pages.
        /// </summary>
        /// <param name="app">The site's pipeline.</param>
        /// <exception cref="InvalidOperationException"><c>AddActivityTracking</c> was not called.</exception>
        public static IApplicationBuilder UseActivityTracking(this IApplicationBuilder app)
        {
            ArgumentNullException.ThrowIfNull(app);
            if (app.ApplicationServices.GetService<ActivityTracker>() is null)
            {
                throw new InvalidOperationException("Call builder.Services.AddActivityTracking(...) before app.UseActivityTracking().");
            }

            return app.ApplicationServices.GetRequiredService<IOptions<ActivityTrackerOptions>>().Value.Enabled
                ? app.UseMiddleware<ActivityTrackingMiddleware>()
                : app;
        }
    }
}
