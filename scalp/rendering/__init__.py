"""From a photo and impressions to a `Look`: what light does, put into the photo's own pixels."""
