Analytics.SampleSite.Site.Build(args).Run();
